"""Probes of the machine, one per file: can it train? cli/cmd_doctor.py has the table."""
