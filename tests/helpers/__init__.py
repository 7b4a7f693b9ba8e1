"""What several tests share: made-up photos and files, networks, servers, and visits to the running page."""
