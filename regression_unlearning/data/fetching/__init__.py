"""Raw files: downloaded, resumed, checked by hash, or taken from a mirror."""
