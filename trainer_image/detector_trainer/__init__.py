"""What runs inside the trainer image: validation, training and the command line. Never imports kopf or a Kubernetes client."""

__version__ = "0.1.0"
