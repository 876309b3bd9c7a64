"""`python -m core COMMAND …`: refuses bad settings at once, before torch is imported for seconds."""

from core.settings import exit_on_nonsense, load_settings

if __name__ == "__main__":
    with exit_on_nonsense():
        load_settings()
    from core.commands.app import main

    main()
