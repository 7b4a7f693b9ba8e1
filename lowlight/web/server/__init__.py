"""How the page is served: its start, what stands before it, Gradio's insides, programs that speak MCP."""
