"""What pages share: the page table, frame, inputs, rendering, error display, downloads. No torch, no transformers."""
