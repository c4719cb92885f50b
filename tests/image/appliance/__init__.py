"""The virtual appliance, booted by ``make image-test`` alone: pytest collects files of other names by itself."""
