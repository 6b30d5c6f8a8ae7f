"""How people log in: with a password and a second factor, in sessions they can see and end."""
