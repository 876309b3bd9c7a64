"""What makes the app: the page table and the frame, the engine, the visitor, the link, the HTML as it is served."""
