"""Who is asking: keys of machines, sessions of people, and how much anybody may ask."""
