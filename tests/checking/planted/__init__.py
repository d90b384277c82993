"""Right answers in unusual forms and planted wrong ones for each target: the tests and the bench use the same lists."""
