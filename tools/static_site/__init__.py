"""Builds the page as a folder that any static host serves: what no server is needed for."""
