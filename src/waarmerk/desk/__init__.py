"""The desk beside a platform: what comes in, what is decided about it and by whom, who is told; all of it recorded.

The order of the data: intake, policy, cases, review, telling. `store` keeps the state, `people` who they are.
"""
