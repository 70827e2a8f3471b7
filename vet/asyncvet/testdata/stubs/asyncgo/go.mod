module example.com/asyncgo

go 1.26.0
