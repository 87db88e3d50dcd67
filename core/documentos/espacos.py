"""The namespaces of fiscal documents, and what other programs call their roots."""

PORTAL = "http://www.portalfiscal.inf.br/"
NFE, CTE, MDFE = f"{PORTAL}nfe", f"{PORTAL}cte", f"{PORTAL}mdfe"
NF3E, NFCOM, BPE, DCE = f"{PORTAL}nf3e", f"{PORTAL}nfcom", f"{PORTAL}bpe", f"{PORTAL}dce"
SAT = "http://www.fazenda.sp.gov.br/sat"
NFSE = "http://www.sped.fazenda.gov.br/nfse"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
# Other programs' spellings of roots, without regard to case.
GRAFIAS = {
    "procnfe": "nfeProc",
    "proccte": "cteProc",
    "proccteos": "cteOSProc",
    "procctesimp": "cteSimpProc",
    "procgtve": "GTVeProc",
    "procmdfe": "mdfeProc",
    "eventonfeproc": "procEventoNFe",
    "eventocteproc": "procEventoCTe",
}
