"""Files as other systems export them: unpacked, decoded, cut into rows, and recognised."""
