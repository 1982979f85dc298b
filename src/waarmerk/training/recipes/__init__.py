"""How fakes are made from real faces, and how both are degraded alike; numpy and Pillow only, every draw seeded."""
