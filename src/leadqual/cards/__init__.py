"""How things show themselves in a notebook: plain HTML and SVG in the page's own colours, without scripts."""
