"""Every check, one file a code: `<area>/<what_is_wrong>.py`."""
