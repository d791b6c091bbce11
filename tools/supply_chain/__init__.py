"""What shows where the project's dependencies come from: base images by digest, bills of materials, known vulnerabilities."""
