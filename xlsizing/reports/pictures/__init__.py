"""The pictures of a report: each draws what the sizing itself gives, none has figures of its own."""

from xlsizing.reports.pictures.gallery import GALLERY, Picture, gallery

__all__ = ["GALLERY", "Picture", "gallery"]
