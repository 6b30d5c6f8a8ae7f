"""Issues of the newsletter: composed, rendered, checked, sent."""
