"""Scenes of the demo library, drawn from nothing but noise and geometry."""
