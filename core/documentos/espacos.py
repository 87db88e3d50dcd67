"""The namespaces of fiscal documents."""

PORTAL = "http://www.portalfiscal.inf.br/"
NFE, CTE, MDFE = f"{PORTAL}nfe", f"{PORTAL}cte", f"{PORTAL}mdfe"
NF3E, NFCOM, BPE, DCE = f"{PORTAL}nf3e", f"{PORTAL}nfcom", f"{PORTAL}bpe", f"{PORTAL}dce"
SAT = "http://www.fazenda.sp.gov.br/sat"
NFSE = "http://www.sped.fazenda.gov.br/nfse"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
