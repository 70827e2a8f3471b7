// Package testkit holds what the tests of more than one package need. Only test
// files import it.
package testkit
