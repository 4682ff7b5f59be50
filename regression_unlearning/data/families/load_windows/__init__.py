"""Hourly load of many customers, as windows."""
