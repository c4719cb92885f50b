"""The pins of the Raspberry Pi's header: keys, knob, privacy slide and the on-air light, by gpiozero over lgpio."""
