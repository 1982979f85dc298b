"""A real desk in the place of the simulated platform: the same world, over HTTP.

`hearing` is the platform's own system (it takes the desk's webhooks and does what they say), `client` what the world
does to it, `staff` the people who decide at the desk's pages. Nothing of the desk is imported: what is not said over
HTTP is not known here.
"""
