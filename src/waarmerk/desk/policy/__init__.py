"""The written policy: what is done about what, on which ground, by whom, in what time; checked before it is used.

`facts` is what a condition may ask, `context` where categories come from, `conditions` their language, `read` the
file, `propose` what it says of a case, `trial` its own tests and the replay over past cases.
"""
