"""How the page is served: its start, what stands before it, and programs that speak MCP."""
