"""What to do about what the findings say: rules that name a step, with the reasons that fired.

Floor 5.
"""
