package main

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"os"
	"path/filepath"
)

// missing returns the pictures of a folder that have no thumbnail.
func missing(folder string, size int) ([]job, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.jpg"))
	if err != nil {
		return nil, err
	}
	thumbs := filepath.Join(folder, "thumbs")
	if err := os.MkdirAll(thumbs, 0o755); err != nil {
		return nil, err
	}
	var todo []job
	for _, file := range files {
		to := filepath.Join(thumbs, filepath.Base(file))
		if _, err := os.Stat(to); errors.Is(err, fs.ErrNotExist) {
			todo = append(todo, job{file, to, size})
		}
	}
	return todo, nil
}

// shrink makes one thumbnail and returns its length. It may be called twice:
// the file appears as a whole or not at all.
func shrink(j job) (int, error) {
	from, err := os.Open(j.From)
	if err != nil {
		return 0, err
	}
	defer func() { _ = from.Close() }()
	picture, err := jpeg.Decode(from)
	if err != nil {
		return 0, err
	}
	to, err := os.CreateTemp(filepath.Dir(j.To), "."+filepath.Base(j.To))
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.Remove(to.Name()) }()
	if err := errors.Join(jpeg.Encode(to, scale(picture, j.Size), nil), to.Close()); err != nil {
		return 0, err
	}
	info, err := os.Stat(to.Name())
	if err != nil {
		return 0, err
	}
	return int(info.Size()), os.Rename(to.Name(), j.To)
}

// scale takes the average of the pixels that become one.
func scale(from image.Image, size int) image.Image {
	b := from.Bounds()
	step := max(1, (max(b.Dx(), b.Dy())+size-1)/size)
	to := image.NewRGBA(image.Rect(0, 0, (b.Dx()+step-1)/step, (b.Dy()+step-1)/step))
	for y := range to.Bounds().Dy() {
		for x := range to.Bounds().Dx() {
			to.Set(x, y, average(from, image.Rect(x*step, y*step, (x+1)*step, (y+1)*step).Add(b.Min).Intersect(b)))
		}
	}
	return to
}

func average(from image.Image, part image.Rectangle) color.Color {
	var r, g, b uint64
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			pr, pg, pb, _ := from.At(x, y).RGBA()
			r, g, b = r+uint64(pr), g+uint64(pg), b+uint64(pb)
		}
	}
	n := uint64(part.Dx() * part.Dy())
	return color.RGBA64{uint16(r / n), uint16(g / n), uint16(b / n), 0xffff}
}

// picturesOfItsOwn makes a folder with pictures.
func picturesOfItsOwn() (string, error) {
	folder := filepath.Join(os.TempDir(), "asyncgo-thumbnails")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	for i := range 40 {
		name := filepath.Join(folder, fmt.Sprintf("picture-%02d.jpg", i))
		if _, err := os.Stat(name); err == nil {
			continue
		}
		if err := draw(name, i); err != nil {
			return "", err
		}
	}
	return folder, nil
}

// draw makes a picture with a color of its own.
func draw(name string, i int) error {
	picture := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			picture.Set(x, y, color.RGBA{uint8(x * (i + 1) / 8), uint8(y), uint8(40 * i), 255})
		}
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(jpeg.Encode(f, picture, nil), f.Close())
}
