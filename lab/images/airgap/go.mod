module onprem-blog/lab/images/airgap

go 1.26

require github.com/klauspost/compress v1.20.3
