"""What a model looks at: analyses put together from many questions to the engine."""
