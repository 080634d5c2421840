module onprem-blog/lab/images/pause

go 1.26
