// Lookup prints the addresses of the hosts that its arguments name.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"

	"example.com/asyncgo/taskgroup"
)

func main() {
	hosts := os.Args[1:]
	addrs, err := taskgroup.Map(context.Background(), 8, hosts, net.DefaultResolver.LookupHost)
	if err != nil {
		log.Fatal(err)
	}
	for i, host := range hosts {
		fmt.Println(host, addrs[i])
	}
}
