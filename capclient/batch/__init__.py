"""Many companies, one after the other or side by side: notebooks run, checked, and put in place whole.

Floor 8. ``plan`` turns YAML files into jobs, ``run`` makes one company, ``local`` runs many on this machine.
"""
