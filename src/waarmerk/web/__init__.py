"""The desk over HTTP: an API for platforms, forms for everybody, a console for those who decide.

No decision is taken here: a request becomes values, the desk acts, values become an answer.
"""
