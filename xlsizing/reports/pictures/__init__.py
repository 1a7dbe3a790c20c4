"""The pictures of a report: each draws what the sizing itself gives, none has figures of its own."""
