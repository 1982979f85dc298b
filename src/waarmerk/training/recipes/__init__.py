"""How fakes are made from real faces, and how both are degraded alike; every draw seeded.

Numpy and Pillow only, but for `resynthesis`, which needs PyTorch.
"""
