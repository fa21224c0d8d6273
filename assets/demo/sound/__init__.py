"""Music and sounds of the demo library, synthesised from formulas."""
