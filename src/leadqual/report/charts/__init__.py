"""What a chart shows, and how it is drawn: small descriptions here, plotly in one theme there."""
