"""What networks are made of, and tools to read and change them."""
