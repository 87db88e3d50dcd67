"""Ploomes and Milvus in step: clients both ways, tasks and interactions as tickets, each once."""
