"""One function a use case; the only thing that commands and pages call."""
