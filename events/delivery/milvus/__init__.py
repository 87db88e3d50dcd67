"""What the kind milvus_chamado is made of: the options of a ticket, and the attempt that opens or comments on one."""
