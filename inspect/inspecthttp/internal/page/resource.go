package page

import (
	"hash/fnv"
	"strconv"

	"example.com/asyncgo/inspect"
)

// resource is one as the page shows it.
type resource struct {
	Anchor string
	Kind   string
	Name   string
	Stats  []stat
	Part   int // of 100, for a bar; -1 where there is none
	Class  string
	Users  *users
}

type stat struct {
	Name  string
	Value string
}

// users are the nodes that hold a resource and those that wait for it, as far
// as the page has them.
type users struct {
	Holding, Waiting []link
}

// shownUsers is how many of each a resource shows.
const shownUsers = 5

// Some returns the two lists as the template shows them.
func (u *users) Some() []someLinks {
	var some []someLinks
	add := func(role string, links []link) {
		if len(links) == 0 {
			return
		}
		l := someLinks{Role: role, Links: links}
		if more := len(links) - shownUsers; more > 0 {
			l.Links, l.More = links[:shownUsers], group3(more)+" more"
		}
		some = append(some, l)
	}
	add("held by", u.Holding)
	add("awaited by", u.Waiting)
	return some
}

type someLinks struct {
	Role  string
	Links []link
	More  string
}

// resourceKey identifies resources that a wait cannot tell apart.
func resourceKey(kind, name string) string { return kind + " " + name }

// addResources makes the resources of s and notes their anchors. Names are not
// unique: of several, the first one gets the links.
func (t *tree) addResources(s *inspect.Snapshot) []*resource {
	all := make([]*resource, 0, len(s.Resources))
	taken := map[string]int{}
	for _, r := range s.Resources {
		anchor := resourceAnchor(r)
		if taken[anchor]++; taken[anchor] > 1 {
			anchor += "-" + strconv.Itoa(taken[anchor])
		}
		shown := &resource{Anchor: anchor, Kind: visible(r.Kind), Name: visible(r.Name), Part: part(r), Users: &users{}}
		for _, s := range r.Stats {
			shown.Stats = append(shown.Stats, stat{visible(s.Name), group3(s.Value)})
		}
		if waited(r) {
			shown.Class = "waited"
		}
		t.users[anchor] = shown.Users
		if key := resourceKey(r.Kind, r.Name); r.Name != "" && t.resources[key] == "" {
			t.resources[key] = anchor
		}
		all = append(all, shown)
	}
	return all
}

// resourceAnchor has a checksum of the name, which may be long and have any
// characters.
func resourceAnchor(r *inspect.Resource) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(resourceKey(r.Kind, r.Name)))
	return "r-" + strconv.FormatUint(h.Sum64(), 36)
}

// resourceKinds are the kinds of resource that w may be a wait for.
func resourceKinds(w inspect.What) []string {
	switch w {
	case inspect.WaitLock:
		return []string{"lock", "rwlock"}
	case inspect.WaitRLock:
		return []string{"rwlock"}
	case inspect.WaitPut, inspect.WaitGet, inspect.WaitUnfinished:
		return []string{"queue"}
	default:
		return []string{string(w)}
	}
}

// full says which statistic is bounded by which.
var full = map[string][2]string{
	"semaphore": {"held", "limit"},
	"queue":     {"len", "cap"},
	"barrier":   {"waiting", "parties"},
}

// part is how full r is, of 100, or -1 if it has no bound.
func part(r *inspect.Resource) int {
	names, ok := full[r.Kind]
	if !ok {
		return -1
	}
	return percent(r.Stat(names[0]), r.Stat(names[1]))
}

// percent returns how much of all part is, of 100, or -1 if all is nothing.
func percent(part, all int) int {
	if all <= 0 {
		return -1
	}
	return int(min(max(100*float64(part)/float64(all), 0), 100))
}

// waited reports whether a call waits for r.
func waited(r *inspect.Resource) bool {
	return r.Stat("waiting")+r.Stat("getting")+r.Stat("putting")+r.Stat("joining") > 0
}
