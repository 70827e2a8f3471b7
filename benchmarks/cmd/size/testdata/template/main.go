// Each of these is errgroup and a use of what it is named after.
package main

import (
	"fmt"
	"html/template"
	"net/http"
	"os"

	"golang.org/x/sync/errgroup"
)

func main() {
	lengths := make([]int, len(os.Args))
	var g errgroup.Group
	g.SetLimit(8)
	for i, arg := range os.Args {
		g.Go(func() error { lengths[i] = len(arg); return nil })
	}
	fmt.Println(lengths, g.Wait())

	page := template.Must(template.New("page").Parse("<p>{{.}}"))
	fmt.Println(page.Execute(os.Stdout, os.Args))
	fmt.Println(http.ListenAndServe("localhost:0", nil))
}
