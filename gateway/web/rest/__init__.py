"""What programs ask for over HTTP: the interface, its description, who may ask, the feed."""
