"""What runs: Docker, Compose, images, and the interfaces of the running components."""
