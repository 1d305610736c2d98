"""From an alert to what happened around it: its series, the service and its neighbours, traces, lines, the stack."""

from ongrid_gen.correlate.run import Clients, correlate, correlate_all
from ongrid_gen.correlate.subject import Subject, subject_names, subject_of

__all__ = ["Clients", "Subject", "correlate", "correlate_all", "subject_names", "subject_of"]
