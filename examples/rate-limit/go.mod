module example.com/asyncgo/examples/rate-limit

go 1.26.0

require (
	example.com/asyncgo v0.0.0
	golang.org/x/time v0.16.0
)

require (
	github.com/davecgh/go-spew v1.1.1 // indirect
	github.com/pmezard/go-difflib v1.0.0 // indirect
	github.com/stretchr/testify v1.11.1 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)

replace example.com/asyncgo => ../../
