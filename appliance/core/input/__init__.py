"""Keys and the rotary knob."""
