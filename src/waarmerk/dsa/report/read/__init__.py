"""Reading a published report: any of its forms to one typed value, every deviation of form kept."""

from waarmerk.dsa.report.read.build import read_report

__all__ = ["read_report"]
