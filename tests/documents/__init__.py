"""Documents for people: letters and packages."""
