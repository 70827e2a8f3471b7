const $ = (id) => document.getElementById(id);
const main = document.querySelector('main');
